"""The figures of the server: the same work against its peers and itself, in one run on one machine (`make bench`)."""
