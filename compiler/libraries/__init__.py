"""Libraries that programs use: port.py is where their texts come from, loading.py finds them, linking.py brings their names in."""
