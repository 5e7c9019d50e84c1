"""The apps that a test serves: which kind an app is, a server for each kind, what they raise."""
