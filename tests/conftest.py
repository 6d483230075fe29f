"""What holds for all tests."""

import signal

# Where a shell's script runs the tests in its background, interrupts are ignored, and so they would be in every program
# that a test starts in order to interrupt it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
