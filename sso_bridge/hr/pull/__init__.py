"""HR systems over HTTP: a description -> pages -> the files of an import. One page that fails, and nothing was read."""
