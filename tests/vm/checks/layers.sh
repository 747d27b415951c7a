# shellcheck shell=bash disable=SC2154,SC2016,SC2034 # the harness defines and uses them; $ belongs to the container
# Sourced by suite: each function is a check. Roots of layers, on a kernel that knows only the old way to give many (before 6.8).

_layered() {
  local i layer lower='' long
  printf -v long '%064d' 0
  mkdir -p "$work/upper" "$work/worker" "$work/layered"
  for ((i = 1; i <= $1; i++)); do
    layer=$work/layers/$long-$i
    mkdir -p "$layer"
    echo "$i" >"$layer/layer-$i"
    lower+=$layer:
  done
  bundle layered 'cat /layer-*; echo written >/new; head -n 1 /proc/self/mounts'
  local options="\"lowerdir=$lower$work/rootfs\", \"upperdir=$work/upper\", \"workdir=$work/worker\""
  sed -i -e "s|\"mounts\": \[|&{ \"destination\": \"/\", \"type\": \"overlay\", \"source\": \"overlay\", \"options\": [$options] },|" \
    -e "s|\"root\": { \"path\": \"$work/rootfs\" }|\"root\": { \"path\": \"$work/layered\" }|" "$work/bundles/layered/config.json"
}

two_layers_fit_into_one_option() {
  _layered 2
  matches output "$(printf '1\n2\noverlay / overlay *')" "$(run_container layered)"
  same 'the upper layer' written "$(<"$work/upper/new")"
  same 'what is left on the host' '' "$(grep " $work" /proc/self/mounts || true)"
}

many_layers_make_one_root() {
  _layered 6
  matches output "$(printf '1\n2\n3\n4\n5\n6\noverlay / overlay *')" "$(run_container layered)"
  same 'the upper layer' written "$(<"$work/upper/new")"
  same 'what is left on the host' '' "$(grep " $work" /proc/self/mounts || true)"
}

too_many_layers_are_refused_with_a_sentence() {
  _layered 60
  ! run_container layered >"$work/message" 2>&1 || give_up '60 long layers fit into one page of options'
  matches message '*.mounts?0?.options: are longer than 4095 bytes*use fewer layers or shorter paths*' "$(<"$work/message")"
}
