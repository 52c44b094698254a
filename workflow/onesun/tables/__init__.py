"""Tables, made from statistics alone."""
