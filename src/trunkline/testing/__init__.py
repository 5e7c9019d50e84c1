"""A platform in a pytest fixture. The package imports nothing before a test asks for it."""
