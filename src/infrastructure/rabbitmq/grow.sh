# Gives the quorum queues and the streams that have none on this node a replica there. A client can read a stream only
# through a node that has a replica of it.
: "${node?}"
rabbitmq-queues -q grow "$node" all --errors-only || exit 1
rabbitmqctl -q eval "
Node = '$node',
Streams = [Q || Q <- rabbit_amqqueue:list_by_type(rabbit_stream_queue),
  not lists:member(Node, maps:get(nodes, amqqueue:get_type_state(Q)))],
[ok = rabbit_stream_queue:add_replica(element(2, amqqueue:get_name(Q)), element(4, amqqueue:get_name(Q)), Node)
  || Q <- Streams], ok."
