# Prints the status of the cluster as JSON.

monitors status format=json
