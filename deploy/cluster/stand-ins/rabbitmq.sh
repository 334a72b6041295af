#!/bin/sh
# Starts RabbitMQ as the official image does with the settings of docker/compose.yaml, from Debian's package.
set -eu
if [ "$(id -u)" = 0 ]; then
  chown rabbitmq:rabbitmq /var/lib/rabbitmq
  exec setpriv --reuid rabbitmq --regid rabbitmq --init-groups "$0"
fi
export HOME=/var/lib/rabbitmq RABBITMQ_LOGS=- RABBITMQ_ENABLED_PLUGINS_FILE=/etc/rabbitmq/enabled_plugins
# The program itself: the script around it in /usr/sbin hears no signal.
exec /usr/lib/rabbitmq/bin/rabbitmq-server
