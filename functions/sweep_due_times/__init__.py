"""Warn of due times, record breaches and escalate."""
