"""Which machine this is, how busy it is, and the processes on it: none may outlive what started it."""
