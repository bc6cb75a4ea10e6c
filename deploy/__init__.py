"""What starts the system: the native stack of bin/up and bin/test, and what compose shares."""
