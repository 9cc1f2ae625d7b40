-- The commands of a buffer whose program the server knows.
local lenses = require('apx.lenses')
local versions = require('apx.versions')

local M = {}
local FORMAT_MS = 5000

--- Shows a page in the browser, or says where it is. `g:apx_browser` names another program to open it with.
local function browse(path)
  local opener = vim.g.apx_browser or (vim.fn.has('mac') == 1 and 'open' or 'xdg-open')
  if vim.fn.executable(opener) ~= 1 then
    return versions.tell('the report is ' .. path)
  end
  vim.fn.jobstart({ opener, path }, { detach = true })
end

--- Says what came of a command of the server's, or shows it.
function M.came(name, err, result)
  local answer = type(result) == 'table' and result or {}
  if err or type(answer.error) == 'string' then
    versions.tell(err and err.message or answer.error, vim.log.levels.ERROR)
  elseif name == 'apx.report' and type(answer.path) == 'string' then
    if answer.shown ~= true then
      browse(answer.path)
    end
  elseif type(answer.title) == 'string' then
    versions.tell(answer.title)
  end
end

--- Has the server do a command for the program of a buffer.
local function execute(buffer, name, argument)
  local client = versions.clients(buffer)[1]
  if not client then
    return versions.tell('the server is not running in this buffer', vim.log.levels.ERROR)
  end
  local params = { command = name, arguments = { vim.uri_from_bufnr(buffer), argument } }
  versions.request(client, 'workspace/executeCommand', params, function(err, result)
    lenses.refresh(buffer)
    M.came(name, err, result)
  end, buffer)
end

--- The text of the whole buffer in its canonical layout.
function M.format(buffer)
  local client = versions.clients(buffer)[1]
  if not client then
    return versions.tell('the server is not running in this buffer', vim.log.levels.ERROR)
  end
  local params = {
    textDocument = { uri = vim.uri_from_bufnr(buffer) },
    options = { tabSize = 2, insertSpaces = true },
  }
  local done, found, wrong = false, nil, nil
  local asked = vim.api.nvim_buf_get_changedtick(buffer)
  versions.request(client, 'textDocument/formatting', params, function(err, result)
    done, found, wrong = true, result, err
  end, buffer)
  vim.wait(FORMAT_MS, function()
    return done
  end, 5)
  if not done then
    return versions.tell('the server did not answer in time; nothing was changed', vim.log.levels.ERROR)
  elseif wrong then
    return versions.tell(wrong.message, vim.log.levels.ERROR)
  elseif found and vim.api.nvim_buf_get_changedtick(buffer) == asked then
    vim.lsp.util.apply_text_edits(found, buffer, client.offset_encoding)
  end
end

--- The tests of a buffer with their lines, from 1. A title that comes again has a number, as the server tells them apart.
local function tests(buffer)
  local found, seen = {}, {}
  for number, text in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, true)) do
    local title = text:match('^%s*test%s+"([^"]*)"')
    if title then
      seen[title] = (seen[title] or 0) + 1
      found[#found + 1] = { name = seen[title] == 1 and title or ('%s #%d'):format(title, seen[title]), line = number }
    end
  end
  return found
end

--- Runs the test with this name, or the one that the cursor is in, or all where it is in none.
local function test(buffer, name)
  if name == '' then
    local line = vim.api.nvim_win_get_cursor(0)[1]
    for _, one in ipairs(tests(buffer)) do
      name = one.line <= line and one.name or name
    end
  end
  execute(buffer, 'apx.test', name ~= '' and name or nil)
end

local function command(buffer, name, work, more)
  vim.api.nvim_buf_create_user_command(buffer, name, work, vim.tbl_extend('force', { desc = name }, more or {}))
end

function M.attach(buffer)
  command(buffer, 'ApxBacktest', function()
    execute(buffer, 'apx.backtest')
  end, { desc = 'Trade this program on past bars' })
  command(buffer, 'ApxTest', function(args)
    test(buffer, args.args)
  end, {
    desc = 'Run the test at the cursor, or the one with this name',
    nargs = '?',
    complete = function(lead)
      local names = vim.tbl_map(function(one)
        return one.name
      end, tests(buffer))
      return vim.tbl_filter(function(name)
        return vim.startswith(name, lead)
      end, names)
    end,
  })
  command(buffer, 'ApxReport', function()
    execute(buffer, 'apx.report')
  end, { desc = 'Open the report of a backtest in the browser' })
  command(buffer, 'ApxFormat', function()
    M.format(buffer)
  end, { desc = 'Give this program its canonical layout' })
  command(buffer, 'ApxRun', function()
    lenses.run_here()
  end, { desc = 'Run what stands at the end of this line' })
  command(buffer, 'ApxHints', function()
    if versions.draws_hints then
      vim.lsp.inlay_hint.enable(not vim.lsp.inlay_hint.is_enabled({ bufnr = buffer }), { bufnr = buffer })
    else
      require('apx.hints').toggle(buffer)
    end
  end, { desc = 'Show or hide units beside names' })
  command(buffer, 'ApxRestart', function()
    require('apx').restart()
  end, { desc = 'Stop the language server and start it again' })
end

return M
