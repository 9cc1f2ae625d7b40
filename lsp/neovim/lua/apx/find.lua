-- Which `apx` is started, and where a program's project begins.
local M = {}

local MARKERS = { '.git', '.venv', 'pyproject.toml' }

local function parent(path)
  local up = vim.fn.fnamemodify(path, ':h')
  return up ~= path and up or nil
end

--- The nearest folder above a file that holds one of the markers, else the file's own; the working folder where there is no file.
function M.root(file)
  if file == '' then
    return vim.fn.getcwd()
  end
  local own = vim.fn.fnamemodify(file, ':p:h')
  local folder = own
  while folder do
    for _, marker in ipairs(MARKERS) do
      if vim.fn.getftype(folder .. '/' .. marker) ~= '' then
        return folder
      end
    end
    folder = parent(folder)
  end
  return own
end

--- The command line of the server, or nil and why there is none.
function M.command(options, root)
  if options.cmd then
    if vim.fn.executable(options.cmd[1]) == 1 then
      return options.cmd
    end
    return nil, ('the command %s of `cmd` can\'t be run. Name the apx of your installation, as cmd = { "/path/to/apx", "lsp", "--stdio" }'):format(options.cmd[1])
  end
  if options.project_venv then
    local own = root .. '/.venv/bin/apx'
    if vim.fn.executable(own) == 1 then
      return { own, 'lsp', '--stdio' }
    end
  end
  if vim.fn.executable('apx') == 1 then
    return { 'apx', 'lsp', '--stdio' }
  end
  return nil, 'the apx command is not on PATH. Activate the environment that has it, or name it: require("apx").setup({ cmd = { "/path/to/apx", "lsp", "--stdio" } })'
end

return M
