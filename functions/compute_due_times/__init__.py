"""Compute due times anew after policies or calendars were changed."""
