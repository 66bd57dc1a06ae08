"""Put idle tickets back into their queues."""
