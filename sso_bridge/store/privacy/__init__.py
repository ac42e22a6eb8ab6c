"""What is kept about people, column by column: told to them, erased for them, thrown away when its time is over."""
