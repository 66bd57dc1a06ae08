"""Who am I, and what may I do?"""
