"""Real servers for tests: each on a free loopback port, with its data in a folder of the test session."""
