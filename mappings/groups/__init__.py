"""Group rules: for what there are groups, who is in them, what they are called, who owns them, how they end."""
