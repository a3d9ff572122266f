"""The simulated league in the wire shapes of real sources: what a server would have to answer to be taken for one of them."""
