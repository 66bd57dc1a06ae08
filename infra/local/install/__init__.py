"""Install what a fresh checkout needs, before anything is installed.

So everything here uses the standard library alone. Each step leaves a stamp with the
fingerprint of its lock; a second run compares them and is done in milliseconds.
"""
