"""What every process of Ieum stands on. It knows no domain word."""
