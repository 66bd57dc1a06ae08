"""The routes of Auth, by who may call them."""
