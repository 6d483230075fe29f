"""Sites and servers that the tests of several rooms share."""
