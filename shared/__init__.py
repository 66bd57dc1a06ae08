"""What the functions share: `core`, and one room a subject beside it.

From the ground up: core; people and tickets; queues; assignment, bulk_updates,
notifications, outbox, views and webhooks; reactions. A room knows the core and the
rooms below it, and is entered through its barrel alone.
"""
