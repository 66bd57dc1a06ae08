"""Remember what somebody has seen."""
