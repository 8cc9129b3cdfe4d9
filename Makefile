# Oriel: plain GNU make, out of tree, not recursive. `make help` lists the targets.
MAKEFLAGS += -rR
.SECONDEXPANSION:
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
comma := ,

VERSION  := 0.1.0
CC       := $(if $(filter default undefined,$(origin CC)),gcc,$(CC))
SAN      ?=
O        ?= build/$(if $(SAN),san-$(subst $(comma),-,$(SAN)),host)
PREFIX   ?= /usr/local
DESTDIR  ?=
CFLAGS   ?= $(if $(SAN),-O1,-O2) -g
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wvla -Wconversion -Wsign-conversion \
            -Wcast-qual -Wwrite-strings -Wpointer-arith -Wstrict-prototypes -Wold-style-definition \
            -Wmissing-prototypes -Wformat=2 -Wimplicit-fallthrough -Wswitch-enum -Wdate-time
GCCWARN  := -Wlogical-op -Wduplicated-cond -Wduplicated-branches
CLANGWARN := -Wno-gnu-statement-expression -Wno-gnu-zero-variadic-macro-arguments
HARDEN   := -fstack-protector-strong -fstack-clash-protection -fno-strict-aliasing -fPIE \
            $(if $(SAN),,$(if $(filter -O0,$(CFLAGS)),,-D_FORTIFY_SOURCE=2))
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -DORIEL_VERSION='"$(VERSION)"' $(WARN) \
             $(if $(findstring clang,$(CC)),$(CLANGWARN),$(GCCWARN)) $(HARDEN) \
             $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=undefined -fno-omit-frame-pointer) \
             $(CFLAGS) $(if $(WERROR),-Werror)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,--as-needed $(if $(SAN),-fsanitize=$(SAN)) $(LDFLAGS)

# Targets that need none of the libraries: a fresh machine has no pkg-config yet when they start.
BARE := deps help clean check check-piglit demo bench format format-check coverage
pkg   = $(if $(BUILDING),$(shell pkg-config $(1)))
BUILDING := $(filter-out $(BARE),$(or $(MAKECMDGOALS),all))

# ---- generated code: messages of the guest protocol and between our processes
GEN := $(O)/gen
LIMITS := proto/oriel_limits.h daemon/common/ipc_limits.h proto/gl/gl_limits.h
$(GEN)/%_messages.h $(GEN)/%_messages.c &: proto/gen/gen_messages.py $$(messages.$$*) $(LIMITS)
	@mkdir -p $(GEN)
	$(Q)python3 $< $(messages.$*) $(addprefix --limits ,$(LIMITS)) --out $(GEN)
$(GEN)/%_fields.c: proto/gen/gen_messages.py $$(messages.$$*) $(LIMITS)
	@mkdir -p $(GEN)
	$(Q)python3 $< $(messages.$*) $(addprefix --limits ,$(LIMITS)) --fields $@
messages.oriel := proto/messages.json
messages.ipc   := daemon/common/ipc.json
messages.glm   := proto/gl/gl_messages.json
GENH := $(GEN)/oriel_messages.h $(GEN)/ipc_messages.h $(GEN)/glm_messages.h

# ---- generated code: the commands of OpenGL, out of the Khronos registry (proto/gen/gl_gen.py)
GL_XML   := /usr/share/khronos-api/gl.xml
GL_CORE  ?= 4.6
GL_EXTENSIONS ?= all
GL_PARTS := a_c d_f g h_m n_p q_t u v_z
GL_GENC  := $(addprefix $(GEN)/gl_,counts.c names.c trace_table.c trace_enums.c)
GL_GENH  := $(addprefix $(GEN)/gl_,types.h enums.h wire.h counts.h names.h trace_groups.h encode.h shadow.h entry.h functions.h decode.h \
            roundtrip.h $(GL_PARTS:%=wire_%.h))
gl_parts  = $(GL_PARTS:%=$(GEN)/gl_$(1)_%.c)
GL_FILES := $(GL_GENC) $(GL_GENH) $(call gl_parts,encode) $(call gl_parts,entry) $(call gl_parts,decode) $(call gl_parts,roundtrip) \
            $(addprefix $(GEN)/gl_,entry_table.c offered.c functions.c decode.c exports.map exports.def)
# A file that would say the same is left as it is, and what is made from it too.
$(GEN)/.gl: $(wildcard proto/gen/gl_*.py) proto/gl_overrides.json proto/gl_opcodes.txt $(wildcard $(GL_XML))
	@mkdir -p $(GEN)
	$(Q)python3 -B proto/gen/gl_gen.py --registry $(GL_XML) --core $(GL_CORE) --extensions $(GL_EXTENSIONS) --out $(GEN)
	@touch $@
$(GL_FILES): $(GEN)/.gl ;
GENH += $(GL_GENH)

# ---- components: sources, include path, libraries. A component sees the folders in its .inc and no
# others: that is the layering rule of ARCHITECTURE.md, and tests/lint/layers.py reads it from here.
# -iquote: a header of ours never stands in for one of the system.
sources = $(wildcard $(1)/*.c $(1)/*/*.c)
proto.src    := $(filter-out proto/gl/%,$(call sources,proto)) $(GEN)/oriel_messages.c
proto.inc    := proto $(GEN)
common.src   := $(call sources,daemon/common) $(GEN)/ipc_messages.c
common.inc   := proto daemon/common $(GEN)
loop.src     := $(call sources,daemon/loop)
loop.inc     := $(common.inc) daemon/loop
loop.pkg     := libuv
control.src  := $(call sources,daemon/control)
control.inc  := $(loop.inc) daemon/control
control.pkg  := libuv libcjson inih libsystemd
sandbox.src  := $(call sources,daemon/sandbox)
sandbox.inc  := proto daemon/common daemon/sandbox
sandbox.pkg  := libseccomp
render.src   := $(filter-out daemon/render/gl/%,$(call sources,daemon/render))
render.inc   := $(loop.inc) proto/gl daemon/sandbox daemon/capture daemon/render
render.pkg   := libuv virglrenderer epoxy egl gbm
view.src     := $(call sources,daemon/view)
view.inc     := $(loop.inc) daemon/sandbox daemon/view
view.pkg     := libuv libvncserver libpng pixman-1 libxxhash
ctl.src      := $(call sources,daemon/ctl)
ctl.inc      := $(common.inc) daemon/ctl
ctl.pkg      := libcjson
# Files that hold a channel of forwarded OpenGL; messages as text.
capture.src  := $(call sources,daemon/capture) $(addprefix $(GEN)/,glm_fields.c oriel_fields.c)
capture.inc  := proto proto/gl daemon/common daemon/capture $(GEN)
replay.src   := $(call sources,daemon/replay)
replay.inc   := proto proto/gl daemon/common daemon/sandbox daemon/capture daemon/render daemon/render/gl \
                daemon/replay $(GEN)
replay.pkg   := epoxy egl libpng
testguest.src := $(call sources,tests/guest)
testguest.inc := proto $(GEN) tests/guest
# Forwarded OpenGL: what both ends share, the guest's encoder, the host's decoder, a test's two ends in one process.
gl.src       := $(call sources,proto/gl) $(GL_GENC) $(GEN)/glm_messages.c
gl.inc       := proto proto/gl $(GEN)
guest.src    := $(call sources,guest/common) $(call gl_parts,encode) $(call gl_parts,entry) $(addprefix $(GEN)/gl_,entry_table.c offered.c)
guest.inc    := $(gl.inc) guest/common
glhost.src   := $(call sources,daemon/render/gl) $(call gl_parts,decode) $(addprefix $(GEN)/gl_,decode.c functions.c)
glhost.inc   := $(loop.inc) proto/gl daemon/sandbox daemon/render daemon/render/gl
glhost.pkg   := libuv epoxy egl
gltest.src   := $(call sources,tests/gl) $(call gl_parts,roundtrip)
gltest.inc   := $(guest.inc) daemon/common daemon/loop daemon/sandbox daemon/render daemon/render/gl tests/gl
gltest.pkg   := $(glhost.pkg)
# Forwarded OpenGL on Linux: the libraries that a program loads, and what starts it with them.
guestlinux.src := $(foreach d,link face egl glx,$(call sources,guest/linux/$(d)))
guestlinux.inc := $(guest.inc) guest/linux
guestrun.src := $(call sources,guest/linux/run)
guestrun.inc := guest/linux/run
COMPONENTS   := guestlinux guestrun proto common loop control sandbox render view ctl testguest gl guest glhost gltest capture replay

object = $(patsubst $(GEN)/%.c,$(GEN)/%.o,$(filter $(GEN)/%,$(1))) \
         $(patsubst %.c,$(O)/%.o,$(filter-out $(GEN)/%,$(1)))
define component
$(1).obj := $$(call object,$$($(1).src))
$(1).cpp := $$(addprefix -iquote,$$($(1).inc)) $$(if $$($(1).pkg),$$(call pkg,--cflags $$($(1).pkg)))
$(1).lib := $$(if $$($(1).pkg),$$(call pkg,--libs $$($(1).pkg)))
$(1).pic := $$(patsubst $(O)/%,$(O)/pic/%,$$($(1).obj))
$(1).pic32 := $$(patsubst $(O)/%,$(O)/pic32/%,$$($(1).obj))
$$($(1).obj) $$($(1).pic) $$($(1).pic32): private CPP := $$($(1).cpp)
OBJ += $$($(1).obj) $$($(1).pic) $$($(1).pic32)
endef
$(foreach c,$(COMPONENTS),$(eval $(call component,$(c))))

# What a replay has of the render process: its display, and how frames are read.
rendergl.obj := $(filter $(addprefix %/render/,egl.o gpu.o rects.o frame_sum.o),$(render.obj))
rendergl.lib := $(call pkg,--libs epoxy egl gbm)

PROGRAMS := orield oriel-render oriel-view orielctl oriel-replay oriel-run
orield.parts       := control loop common proto
oriel-render.parts := render sandbox capture glhost gl loop common proto
oriel-view.parts   := view sandbox loop common proto
orielctl.parts     := ctl common proto
oriel-replay.parts := replay rendergl capture glhost gl sandbox common proto
oriel-run.parts    := guestrun
test-guest.parts   := testguest proto

all: $(addprefix $(O)/,$(PROGRAMS) test-guest)
$(addprefix $(O)/,$(PROGRAMS) test-guest): $(O)/%: $$(foreach p,$$($$*.parts),$$($$p.obj))
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(sort $(foreach p,$($*.parts),$($(p).lib))) -lm -lpthread

# rebuild everything when flags change
FLAGS = '$(CC) $(ALL_CFLAGS) $(foreach c,$(COMPONENTS),$($(c).cpp))'
$(O)/.flags: FORCE
	@mkdir -p $(@D); echo $(FLAGS) | cmp -s - $@ || echo $(FLAGS) > $@
$(O)/%.o: %.c $(O)/.flags | $(GENH)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(CPP) -MMD -MP -c -o $@ $<
$(GEN)/%.o: $(GEN)/%.c $(O)/.flags
	$(Q)$(CC) $(ALL_CFLAGS) $(CPP) -MMD -MP -c -o $@ $<

# ---- the guest's libraries: one that has everything, and the names that programs ask for, which lead to it.
# They go into programs of others: position-independent, and without sanitizers.
PIC_CFLAGS = $(filter-out -fsanitize% -fno-sanitize% -fPIE,$(ALL_CFLAGS)) $(if $(SAN),-D_FORTIFY_SOURCE=2) -fPIC -ftls-model=initial-exec
GUEST_LDFLAGS = $(filter-out -fsanitize% -pie,$(ALL_LDFLAGS)) -shared -Wl,-z,defs,-z,nodelete,-Bsymbolic
GUEST_NAMES := libGL.so.1 libGLX.so.0 libOpenGL.so.0 libGLESv2.so.2 libEGL_oriel.so.0 libGLX_oriel.so.0
GUEST_LIBS  := $(addprefix $(O)/guest/,liboriel-gl.so $(GUEST_NAMES) 10_oriel.json)
GUEST32_LIBS := $(addprefix $(O)/guest32/,liboriel-gl.so $(GUEST_NAMES))
guest.able32 := $(O)/.able32
guest.pics  = $(foreach c,guestlinux guest gl proto,$($(c).$(1)))
$(O)/guest/exports.map: $(GEN)/gl_exports.map Makefile
	@mkdir -p $(@D)
	$(Q)sed 's/^global:/global:\n\t__egl_Main;\n\t__glx_Main;\n\tglX*;/' $< > $@
# $(1): nothing, or 32; $(2): what the compiler is told for it.
define guest_libraries
$(O)/pic$(1)/%.o: %.c $(O)/.flags | $(GENH) $(guest.able$(1))
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(PIC_CFLAGS) $(2) $$(CPP) -MMD -MP -c -o $$@ $$<
$(O)/pic$(1)/gen/%.o: $(GEN)/%.c $(O)/.flags | $(GENH) $(guest.able$(1))
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(PIC_CFLAGS) $(2) $$(CPP) -MMD -MP -c -o $$@ $$<
$(O)/guest$(1)/liboriel-gl.so: $$(call guest.pics,pic$(1)) $(O)/guest/exports.map
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(PIC_CFLAGS) $(2) $$(GUEST_LDFLAGS) -Wl,-soname,$$(@F),--version-script=$(O)/guest/exports.map \
		-o $$@ $$(filter %.o,$$^) -ldl -lpthread
$(addprefix $(O)/guest$(1)/,$(GUEST_NAMES)): $(O)/guest$(1)/%: $(O)/guest$(1)/liboriel-gl.so
	$$(Q)$$(CC) $$(PIC_CFLAGS) $(2) $$(GUEST_LDFLAGS) -Wl,-soname,$$*,--no-as-needed,-rpath,'$$$$ORIGIN' -nostdlib -o $$@ $$<
endef
$(eval $(call guest_libraries,,))
$(eval $(call guest_libraries,32,-m32))
$(guest.able32): $(O)/.flags
	@echo 'int main(void) { return 0; }' | $(CC) -m32 -x c -o /dev/null - 2>/dev/null || { \
		echo 'guest32: $(CC) makes no 32-bit programs here: install the package gcc-multilib' >&2; exit 1; }
	@touch $@
$(O)/guest/10_oriel.json: guest/linux/egl/10_oriel.json
	@mkdir -p $(@D)
	$(Q)cp $< $@
all: $(GUEST_LIBS)
guest32: $(GUEST32_LIBS)

# ---- unit tests: tests/unit/COMPONENT/test_*.c is linked with that component, all but its main.c
UNIT := $(patsubst tests/unit/%.c,$(O)/tests/%,$(wildcard tests/unit/*/test_*.c))
parts.proto   := proto
parts.common  := common proto
parts.loop    := loop common proto
parts.control := control loop common proto
parts.sandbox := sandbox common proto
parts.render  := render sandbox capture glhost gl loop common proto
parts.view    := view sandbox loop common proto
parts.ctl     := ctl common proto
parts.guestlinux := guestlinux guest gl proto
parts.gltest  := gltest glhost guest render sandbox capture gl loop common proto
parts.capture := capture gl common proto
parts.replay  := replay rendergl capture glhost gl sandbox common proto
unit_part = $(firstword $(subst /, ,$(1)))
# A variable: a % in the rule itself would stand for the test's name.
without_main = $(filter-out %/main.o,$(1))
$(O)/tests/%: tests/unit/%.c $$(call without_main,$$(foreach p,$$(parts.$$(call unit_part,$$*)),$$($$p.obj))) | $(GENH)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $($(call unit_part,$*).cpp) -iquote tests/unit -MMD -MP -MF $@.d $(ALL_LDFLAGS) -o $@ \
		$(filter %.c %.o,$^) $(sort $(foreach p,$(parts.$(call unit_part,$*)),$($(p).lib))) -lcmocka -lm -lpthread
# The API's tests bring sessions of their own, which take the place of the real ones.
$(O)/tests/control/test_api_%: ALL_LDFLAGS += -Wl,-z,muldefs
# What forwarding a call of OpenGL costs on either side.
$(O)/bench-gl-calls: tests/bench/gl_calls.c $$(call without_main,$$(foreach p,$$(parts.gltest),$$($$p.obj))) | $(GENH)
	$(Q)$(CC) $(ALL_CFLAGS) $(gltest.cpp) -MMD -MP -MF $@.d $(ALL_LDFLAGS) -o $@ $(filter %.c %.o,$^) \
		$(sort $(foreach p,$(parts.gltest),$($(p).lib))) -lcmocka -lm -lpthread
unit: $(UNIT)
check-unit: $(UNIT)
	$(Q)fail=0; for t in $(UNIT); do $$t || { echo "FAILED: $$t"; fail=1; }; done; exit $$fail

# The generators, before they make anything.
check-gen:
	$(Q)$(PYTEST) -q -rfEs tests/unit/gen

# ---- tests of whole programs: tests/integration drives the built programs with pytest
HELPERS := $(patsubst tests/programs/%.c,$(O)/tests/%,$(wildcard tests/programs/*.c)) \
           $(patsubst tests/preload/%.c,$(O)/tests/%.so,$(wildcard tests/preload/*.c))
PYTEST  := /usr/bin/python3 -B -m pytest -p no:cacheprovider
# They wait more than they compute. Those that look at rates are marked "alone", and run after the others.
PYTESTJOBS ?= 2
# Programs that play the guest are not what is tested: they have no sanitizer.
$(O)/tests/%: tests/programs/%.c $(O)/.flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -fsanitize%,$(ALL_CFLAGS) $(ALL_LDFLAGS)) -MMD -MP -MF $@.d -o $@ $< -lGL -lEGL -lX11 -lm
# Programs that draw the same frames each time: tests/pixels/NAME.c with what they share.
PIXELS  := $(patsubst tests/pixels/%.c,$(O)/tests/pixels/%,$(wildcard tests/pixels/*.c))
$(O)/tests/pixels/%: tests/pixels/%.c $(wildcard tests/pixels/lib/*) $(O)/.flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -fsanitize%,$(ALL_CFLAGS) $(ALL_LDFLAGS)) -iquote tests/pixels/lib -o $@ \
		$(filter %.c,$^) -lGL -lEGL -lX11 -lm
# The same for 32 bits, without GLX; libEGL.so.1 need not be there for them. Numbers as in 64 bits: no x87.
PIXELS32 := $(patsubst tests/pixels/%.c,$(O)/tests/pixels32/%,$(wildcard tests/pixels/*.c))
$(O)/tests/pixels32/%: tests/pixels/%.c $(filter-out %/window_glx.c,$(wildcard tests/pixels/lib/*)) tests/pixels/lib32/egl.c \
		$(O)/.flags | $(O)/guest32/libGL.so.1
	@mkdir -p $(@D)
	$(Q)$(CC) -m32 -msse2 -mfpmath=sse $(filter-out -fsanitize%,$(ALL_CFLAGS) $(ALL_LDFLAGS)) -iquote tests/pixels/lib -o $@ \
		$(filter %.c,$^) -L$(O)/guest32 -Wl,--no-as-needed -l:libGL.so.1 -l:liboriel-gl.so -ldl -lm
# Libraries for LD_PRELOAD: into peers and guests.
$(O)/tests/%.so: tests/preload/%.c $(O)/.flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -fsanitize% -pie,$(ALL_CFLAGS) $(ALL_LDFLAGS)) -fPIC -shared -MMD -MP -MF $@.d -o $@ $<
# Programs of ours in which something fails that cannot be made to fail from outside: tests/faults/PROGRAM_WHAT.c
# takes the place of what a library would bring.
FAULTY  := $(patsubst tests/faults/%.c,$(O)/tests/faults/%,$(wildcard tests/faults/*.c))
faulty_program = oriel-$(firstword $(subst _, ,$(1)))
$(O)/tests/faults/%: tests/faults/%.c $$(foreach p,$$($$(call faulty_program,$$*).parts),$$($$p.obj)) $(O)/.flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d $(ALL_LDFLAGS) -o $@ \
		$(filter %.c %.o,$^) $(sort $(foreach p,$($(call faulty_program,$*).parts),$($(p).lib))) -lm -lpthread
programs: all $(HELPERS) $(PIXELS) $(FAULTY) $(if $(SAN),,guest32 $(PIXELS32))
check-integration: programs
	$(Q)export ORIEL_BUILD=$(abspath $(O)) ORIEL_SAN=$(SAN); failed=0; \
	$(PYTEST) -q -rfEs -m 'not alone' -n $(PYTESTJOBS) --dist loadfile $(PYTESTFLAGS) tests/integration || [ $$? -eq 5 ] || failed=1; \
	$(PYTEST) -q -rfEs -m alone $(PYTESTFLAGS) tests/integration || [ $$? -eq 5 ] || failed=1; exit $$failed
check-attacks: programs
	$(Q)ORIEL_BUILD=$(abspath $(O)) ORIEL_ATTACKS=strict $(PYTEST) -q -rfEs -s $(PYTESTFLAGS) tests/integration/attacks
check-san:
	$(Q)$(MAKE) --no-print-directory SAN=address,undefined check-unit check-integration
check-tsan:
	$(Q)$(MAKE) --no-print-directory SAN=thread check-unit check-integration
check-piglit:
	$(Q)tests/tools/deps peers
	$(Q)$(MAKE) --no-print-directory programs
	$(Q)ORIEL_BUILD=$(abspath $(O)) /usr/bin/python3 -B tests/piglit/check_piglit.py
check: deps
	$(Q)MAKE='$(MAKE)' /usr/bin/python3 -B tests/tools/check.py
demo: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)/usr/bin/python3 -B tests/tools/demo.py $(abspath $(O)) build/demo.png
bench: deps
	$(Q)$(MAKE) --no-print-directory programs
	$(Q)ORIEL_BUILD=$(abspath $(O)) /usr/bin/python3 -B tests/bench/bench.py
deps:
	$(Q)tests/tools/deps $(DEPS)

# ---- fuzzing: tests/fuzz/fuzz_COMPONENT.c or fuzz_COMPONENT_WHAT.c is linked with that component, all but
# its main.c, in a tree of its own. What belongs to a target by its name, and what can be done with it,
# tests/tools/fuzz.py says. FUZZ=name,name chooses.
FUZZ_ALL   := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_NAMES := $(or $(subst $(comma), ,$(FUZZ)),$(FUZZ_ALL))
ifneq ($(filter-out $(FUZZ_ALL),$(FUZZ_NAMES)),)
$(error FUZZ: there is no target $(filter-out $(FUZZ_ALL),$(FUZZ_NAMES)); there are $(FUZZ_ALL))
endif
SECONDS    ?= 60
FUZZ_JOBS  ?= 1
FUZZ_TREE  := O=build/fuzz CC=clang SAN=fuzzer-no-link,address,undefined
FUZZ_COVER := V=0 O=build/fuzz-coverage CC=clang SAN=fuzzer-no-link \
              CFLAGS='-O1 -g -fprofile-instr-generate -fcoverage-mapping'
fuzz_part   = $(firstword $(subst _, ,$(1)))
# Every target gets what is in tests/fuzz/shared, the messages' fields as tables, and what is in
# tests/fuzz/COMPONENT. What a target brings may take the place of functions of its component.
fuzz.src    := $(wildcard tests/fuzz/*.c tests/fuzz/*/*.c) $(GEN)/oriel_model.c $(GEN)/ipc_model.c
fuzz.obj    := $(call object,$(fuzz.src))
fuzz_of     = $(filter $(O)/tests/fuzz/fuzz_$(1).o $(O)/tests/fuzz/$(call fuzz_part,$(1))/%,$(fuzz.obj)) \
              $(filter $(O)/tests/fuzz/shared/% $(GEN)/%,$(fuzz.obj))
fuzz_owner  = $(firstword $(subst _, ,$(subst /, ,$(basename $(patsubst $(GEN)/%,shared, \
              $(patsubst fuzz_%,%,$(patsubst $(O)/tests/fuzz/%,%,$(1))))))))
shared.cpp := -iquote proto -iquote daemon/common -iquote $(GEN)
$(GEN)/%_model.c: proto/gen/gen_messages.py $$(messages.$$*) $(LIMITS)
	@mkdir -p $(GEN)
	$(Q)python3 $< $(messages.$*) $(addprefix --limits ,$(LIMITS)) --model $@
$(fuzz.obj): private CPP = $($(call fuzz_owner,$@).cpp) -iquote tests/fuzz -iquote tests/unit
$(O)/fuzz_%: $$(call fuzz_of,$$*) $$(call without_main,$$(foreach p,$$(parts.$$(call fuzz_part,$$*)),$$($$p.obj)))
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -Wl,-z,muldefs -fsanitize=fuzzer -o $@ $^ \
		$(sort $(foreach p,$(parts.$(call fuzz_part,$*)),$($(p).lib))) -lcmocka -lm -lpthread
$(O)/fuzz_control_http: ALL_LDFLAGS += -Wl,--wrap=http_request_parse
FUZZ_PY := /usr/bin/python3 -B tests/tools/fuzz.py
fuzz-build:
	$(Q)$(MAKE) $(FUZZ_TREE) $(FUZZ_NAMES:%=build/fuzz/fuzz_%)
fuzz: fuzz-build
	$(Q)$(FUZZ_PY) run $(FUZZ_NAMES) --seconds $(SECONDS) --jobs $(FUZZ_JOBS)
fuzz-replay: fuzz-build
	$(Q)$(FUZZ_PY) replay $(FUZZ_NAMES)
fuzz-merge: fuzz-build
	$(Q)$(FUZZ_PY) merge $(FUZZ_NAMES)
fuzz-coverage:
	$(Q)$(MAKE) $(FUZZ_COVER) $(FUZZ_NAMES:%=build/fuzz-coverage/fuzz_%)
	$(Q)$(FUZZ_PY) coverage $(FUZZ_NAMES) $(if $(filter 1,$(V)),--files)

# ---- style
C_FILES = $(wildcard $(shell git ls-files -co --exclude-standard '*.c' '*.h'))
format:
	$(Q)clang-format -i $(C_FILES)
format-check:
	$(Q)clang-format --dry-run -Werror $(C_FILES)
lint: all
	$(Q)/usr/bin/python3 -B tests/lint/layers.py $(O)
	$(Q)python3 proto/gen/gen_messages.py $(messages.oriel) \
		--limits $(firstword $(LIMITS)) --doc proto/wire.md
# What becomes of each OpenGL command.
coverage:
	$(Q)python3 -B proto/gen/gl_gen.py --registry $(GL_XML) --coverage
# What tests/lint/layers.py asks for: each component's sources and the folders that it may include from.
print-components:
	@$(foreach c,$(COMPONENTS),echo '$(c) inc $($(c).inc)'; echo '$(c) src $($(c).src)';)
	@$(foreach p,$(PROGRAMS) test-guest,echo '$(p) parts $($(p).parts)';)

# ---- manual pages, installation
MAN_SOURCES := $(wildcard daemon/man/*.scd)
MAN := $(patsubst daemon/man/%.scd,$(O)/man/%,$(MAN_SOURCES))
$(O)/man/%: daemon/man/%.scd
	@mkdir -p $(@D)
	$(Q)scdoc < $< > $@
man: $(MAN)
UNITDIR     ?= $(if $(filter /usr,$(PREFIX)),/lib,$(PREFIX)/lib)/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
MANDIR      ?= $(PREFIX)/share/man
COMPLETIONS ?= $(PREFIX)/share/bash-completion/completions
LIBEXEC     := $(PREFIX)/libexec/oriel
GUESTLIB    := $(PREFIX)/lib/oriel/guest
GUESTLIB32  := $(GUESTLIB)32
install_man  = $(foreach m,$(MAN),install -D -m644 $(m) $(DESTDIR)$(MANDIR)/man$(patsubst .%,%,$(suffix $(m)))/$(notdir $(m)) &&) true
BINARIES    := orield orielctl oriel-replay oriel-run
COMPLETED   := orielctl oriel-replay oriel-run
INSTALLED    = $(addprefix $(PREFIX)/bin/,$(BINARIES)) $(LIBEXEC)/oriel-render $(LIBEXEC)/oriel-view \
               $(addprefix $(GUESTLIB)/,$(notdir $(GUEST_LIBS))) $(addprefix $(GUESTLIB32)/,$(notdir $(GUEST32_LIBS))) \
               $(UNITDIR)/orield.service $(SYSUSERSDIR)/oriel.conf $(TMPFILESDIR)/oriel.conf $(addprefix $(COMPLETIONS)/,$(COMPLETED)) \
               $(foreach m,$(MAN),$(MANDIR)/man$(patsubst .%,%,$(suffix $(m)))/$(notdir $(m)))
install: all man
	install -D -m755 -t $(DESTDIR)$(PREFIX)/bin $(addprefix $(O)/,$(BINARIES))
	install -D -m755 -t $(DESTDIR)$(LIBEXEC) $(O)/oriel-render $(O)/oriel-view
	install -D -m644 -t $(DESTDIR)$(GUESTLIB) $(GUEST_LIBS)
	test ! -e $(O)/guest32/liboriel-gl.so || install -D -m644 -t $(DESTDIR)$(GUESTLIB32) $(GUEST32_LIBS)
	$(install_man)
	$(foreach c,$(COMPLETED),install -D -m644 config/completions/$(c).bash $(DESTDIR)$(COMPLETIONS)/$(c) &&) true
	test -e $(DESTDIR)/etc/oriel/oriel.conf || install -D -m644 config/oriel.conf $(DESTDIR)/etc/oriel/oriel.conf
	install -d $(DESTDIR)$(UNITDIR)
	sed 's|@PREFIX@|$(PREFIX)|g' systemd/orield.service > $(DESTDIR)$(UNITDIR)/orield.service
	install -D -m644 systemd/oriel.sysusers $(DESTDIR)$(SYSUSERSDIR)/oriel.conf
	install -D -m644 systemd/oriel.tmpfiles $(DESTDIR)$(TMPFILESDIR)/oriel.conf
uninstall:
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	-rmdir $(DESTDIR)$(LIBEXEC) $(DESTDIR)$(GUESTLIB)
	-rmdir $(DESTDIR)$(GUESTLIB32) 2>/dev/null
	-rmdir $(DESTDIR)$(PREFIX)/lib/oriel

help:
	@echo 'make            build everything into build/host (O=DIR: into DIR)'
	@echo 'make guest32    the guest libraries for 32-bit programs too; make install takes them along'
	@echo 'make deps       install the Debian packages of config/packages.txt that are missing;'
	@echo '                DEPS=peers: also those that Oriel is compared with'
	@echo 'make demo       two guests, their pictures on VNC addresses; DEMO_SECONDS=N ends by itself'
	@echo 'make check      all tests, as CI runs them'
	@echo 'make check-piglit  piglit and glmark2: native, through virgl_test_server, through Oriel'
	@echo 'make check-unit, check-gen, check-integration, check-san, check-tsan, fuzz-replay: parts of it'
	@echo 'make bench      measures Oriel beside virgl_test_server; BENCH=NAMES, BENCH_ROUNDS, BENCH_SECONDS'
	@echo 'make check-attacks   attacks at their full size, and what the session beside the attacked one notices'
	@echo 'make unit       build the unit tests; programs: and what the integration tests run'
	@echo 'make lint       include paths, linked libraries, lengths of functions and files'
	@echo 'make coverage   what becomes of the commands of each OpenGL version and extension; GL_CORE, GL_EXTENSIONS:'
	@echo '                what the guest library exports'
	@echo 'make format     clang-format on every C file; format-check: only look'
	@echo 'make fuzz       run each fuzz target for SECONDS=60; FUZZ=name,name: those alone; FUZZ_JOBS=2: two at once'
	@echo 'make fuzz-coverage  what of our files their corpora reach (V=1: file by file)'
	@echo 'make fuzz-merge what runs have found goes into the corpora of the tree, as far as it reaches more'
	@echo 'make man        the manual pages'
	@echo 'make install    into DESTDIR with PREFIX (/usr/local); uninstall: remove, but for the configuration'
	@echo 'make clean      remove build/'
	@echo 'Variables: CC=clang, CFLAGS, WERROR=1, SAN=address,undefined or thread, V=1'
clean:
	rm -rf build
FORCE:
.PHONY: all guest32 check-gen fuzz fuzz-build fuzz-replay fuzz-merge fuzz-coverage unit check-unit programs check-integration check-attacks check-san check-tsan check-piglit check demo bench deps format format-check lint \
        print-components coverage man install uninstall help clean FORCE
.SECONDARY: $(GENH) $(GENH:.h=.c) $(GL_FILES) $(filter $(GEN)/%,$(fuzz.src) $(capture.src))
-include $(OBJ:.o=.d) $(UNIT:=.d) $(HELPERS:=.d) $(FAULTY:=.d) $(fuzz.obj:.o=.d)
