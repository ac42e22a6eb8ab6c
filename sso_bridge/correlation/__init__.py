"""Which rows of HR sources are one person, and which accounts are whose: compared by rules, decided by people."""
