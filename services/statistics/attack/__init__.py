"""The public attacker: what can anybody work out from published releases alone?

It reads `release.json` of one or several releases, as everybody may, and knows what the method tells everybody: how
categories add up, which questions stand behind them, how quarters make a year. It shares no code with the suppression.
"""
