// This target is a header alone.
