"""Let administrators replace a webhook's secret, try it, and send again."""
