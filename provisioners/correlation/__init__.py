"""Are these two one? Rules with scores, compared by keys; names and addresses alone never make it certain."""
