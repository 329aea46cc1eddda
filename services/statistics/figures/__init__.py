"""What a figure is: measures, dimensions, periods, units, intervals and rounding. Pure: no I/O and no clock."""
