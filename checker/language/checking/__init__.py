"""The static checks, one file for each kind of thing that is checked. `checker.language.check` runs them."""
