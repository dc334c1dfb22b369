#!/bin/sh
# Open MPI's remote agent (plm_rsh_agent) for hosts that are network namespaces: agent.sh ADDRESS COMMAND…
# 10.77.0.N is the namespace elbo-N with the host name host-N.
number=${1##*.}
shift
exec ip netns exec "elbo-$number" unshare --uts sh -c 'hostname "host-$0"; exec sh -c "$1"' "$number" "$*"
