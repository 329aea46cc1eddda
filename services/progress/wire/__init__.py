"""Between the words of the protocols and those of the domain: store, service and events all speak them."""
