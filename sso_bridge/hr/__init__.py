"""HR intake: from files or pushed rows to the staff register, through the gate of `provisioners.sync.collect`."""
