"""Say how soon tickets are answered and solved."""
