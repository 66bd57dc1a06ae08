"""Is the desk open?"""
