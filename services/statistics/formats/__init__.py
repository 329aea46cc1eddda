"""The formats of a frozen release, each in its own file. Nothing is imported here: the libraries behind them are heavy,
and the service that only hands out finished files needs none of them."""
