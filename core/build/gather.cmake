# The house builds itself: a floor is every .cpp below its folder; SQL, migrations and views are embedded at build time.

set(NIGHTSHIFT_GENERATED ${CMAKE_BINARY_DIR}/generated)
set(NIGHTSHIFT_FLOORS core queue domain workers api daemon)

# A floor as a static library, named after its folder; tests and main.cpp stay outside.
function(nightshift_floor name)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "daemon/main.cpp$")
  add_library(nightshift_${name} STATIC ${sources} ${NIGHTSHIFT_GENERATED}/stamp.cpp)
  target_link_libraries(nightshift_${name} PUBLIC nightshift_flags ${ARG_LINKS})
  add_dependencies(nightshift_${name} nightshift_generated)
endfunction()

# Writes generated/<folder>/sql.h for each folder with a sql/ below it, generated/migrations.h, generated/views.h,
# generated/kinds.h and generated/resources.h. An edited SQL file rebuilds what includes it.
function(nightshift_generate)
  set(inputs "")
  set(templates "")
  foreach(floor ${NIGHTSHIFT_FLOORS})
    file(GLOB_RECURSE found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${floor}/*.sql ${CMAKE_SOURCE_DIR}/${floor}/*.h)
    list(APPEND inputs ${found})
    file(GLOB_RECURSE found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${floor}/templates/*)
    list(APPEND templates ${found})
  endforeach()
  set(sql ${inputs})
  list(FILTER sql INCLUDE REGEX "\\.sql$")
  list(FILTER inputs INCLUDE REGEX "(\\.sql|(workers|api|daemon)/.*\\.h)$")
  list(APPEND inputs ${templates})
  set(script ${CMAKE_SOURCE_DIR}/core/build/embed.py)
  execute_process(COMMAND python3 ${script} ${CMAKE_SOURCE_DIR} ${NIGHTSHIFT_GENERATED} --list
    OUTPUT_VARIABLE headers OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" headers "${headers}")
  add_custom_command(OUTPUT ${NIGHTSHIFT_GENERATED}/stamp.cpp BYPRODUCTS ${headers}
    COMMAND python3 ${script} ${CMAKE_SOURCE_DIR} ${NIGHTSHIFT_GENERATED}
    DEPENDS ${script} ${inputs} COMMENT "Embedding SQL")
  add_custom_target(nightshift_generated DEPENDS ${NIGHTSHIFT_GENERATED}/stamp.cpp)
endfunction()
