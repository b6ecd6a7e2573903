# Prints what a RabbitMQ node knows of itself, one name=value a line. Changes nothing; works on a bare host. The words
# are the files that a node reads at its start and by which others connect to it.
: "${unit?}" "${data?}" "${node?}" "${certificate?}"
if command -v rabbitmqctl >/dev/null 2>&1; then echo installed=yes; fi
systemctl show -p ActiveState -p SubState "$unit" 2>/dev/null
if [ -e "$data/mnesia/$node/cluster_nodes.config" ]; then
  echo "known=$(grep -o "[a-z]*@[A-Za-z0-9._-]*" "$data/mnesia/$node/cluster_nodes.config" | sort -u | tr '\n' ' ')"
fi
if [ "$(systemctl is-active "$unit" 2>/dev/null)" = active ]; then
  # Asked by the node's own functions. A stopped application answers too.
  answer=$(
    ask_node 2>/dev/null <<'ERLANG'
Try = fun(Ask, Default) -> try Ask() catch _:_ -> Default end end,
binary_to_list(iolist_to_binary(rabbit_json:encode(#{
  application => Try(fun() -> rabbit:is_running() end, false),
  members => Try(fun() -> rabbit_nodes:list_members() end, []),
  running => Try(fun() -> rabbit_nodes:list_running() end, []),
  partitions => Try(fun() -> rabbit_node_monitor:partitions() end, []),
  queues => Try(fun() -> rabbit_amqqueue:count() end, 0),
  users => Try(fun() -> [proplists:get_value(user, U) || U <- rabbit_auth_backend_internal:list_users()] end, []),
  replicas => Try(fun() -> lists:usort([lists:sort(maps:get(nodes, amqqueue:get_type_state(Q)))
    || Type <- [rabbit_quorum_queue, rabbit_stream_queue], Q <- rabbit_amqqueue:list_by_type(Type)]) end, [])
}))).
ERLANG
  )
  status=$?
  case $answer in
  '{ok, "'*)
    answer=${answer#'{ok, "'}
    echo "answer=${answer%'"}'}"
    ;;
  *)
    # A node that started before these files were written can be reached by nobody. It may have a renewed certificate
    # and be reached all the same: then only a refusal says that it needs the new one, and silence that it is slow.
    if [ "$status" -eq 3 ]; then set -- "$@" "$certificate"; fi
    since=$(date -d "$(systemctl show -p ActiveEnterTimestamp --value "$unit")" +%s 2>/dev/null)
    written=$(stat -c %Y -- "$@" 2>/dev/null | sort -n | tail -n 1)
    if [ "${written:-0}" -gt "${since:-0}" ]; then echo outdated=yes; fi
    ;;
  esac
fi
echo end=yes
