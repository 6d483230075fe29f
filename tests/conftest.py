"""What holds for all tests."""

import os
import signal

from hypothesis import HealthCheck, settings

# A test fails for what it asserts, not for how busy the machine is.
settings.register_profile("any machine", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# Where a shell's script runs the tests in its background, interrupts are ignored, and so they would be in every program
# that a test starts in order to interrupt it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Programs that tests start write as users' do, which may be in large pieces and at their ends.
os.environ.pop("PYTHONUNBUFFERED", None)
