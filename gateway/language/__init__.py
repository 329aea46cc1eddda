"""Languages: translations, formats of numbers and dates, and the words for every problem and field."""
