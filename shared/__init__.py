"""The core every function stands on.

From the ground up: errors, models and pages, events, settings and auth, persistence,
repositories, strategies, http; for workers also aws, outbound, outbox, webhooks and
reactions. A package knows only those before it, and is entered through its front door
alone.
"""
