"""Write metrics of queues and workers."""
