"""The admin API: what administrators and HR systems may do over HTTP, with tokens that say how much."""
