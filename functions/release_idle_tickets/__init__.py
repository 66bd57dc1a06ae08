"""Put back what waits for nobody who comes."""
