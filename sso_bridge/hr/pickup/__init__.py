"""Files that lie in a folder, here or on a server: seen, whole, taken once, put away with a report beside them."""
