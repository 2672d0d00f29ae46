#!/bin/sh
# The names of the files are unknown without running the script.
for file in stacks/*.y*ml; do
    docker stack deploy -c "$file" "$(basename "${file%.*}")"
done
